// The waiting rooms' rows of the table.
#include "daemons/ticket/room.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {

using namespace api::ticket;

Table room_table(const ServiceKeys& keys) {
  // Binds the service's secret, which tokens and draws are made of.
  const auto with_secret = [secret = keys.secret](auto decide) {
    return [secret, decide](const auto&... given) { return decide(given..., secret); };
  };
  return {
      command<SetRoom>("ticket.room.set", with_secret(decide_set_room)),
      command<CloseRoom>("ticket.room.close", decide_close_room),
      command<JoinRoom>("ticket.room.join", with_secret(decide_join_room)),
      query<ReadRoom>("ticket.room", with_secret(read_room)),
      query<ReadEntry>("ticket.room.entry", with_secret(read_entry)),
      timer(kRoomFlowTimer, with_secret(decide_room_flow)),
      timer(kRoomLapseTimer, decide_passes_lapse),
  };
}

}  // namespace bilten::ticket
