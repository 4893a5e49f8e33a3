// The waiting rooms' rows of the table.
#include "daemons/ticket/room.h"
#include "daemons/ticket/service_parts.h"

namespace bilten::ticket {

using namespace api::ticket;

Table room_table(const ServiceKeys& keys) {
  return {
      command<SetRoom>("ticket.room.set", with(keys.secret, decide_set_room)),
      command<CloseRoom>("ticket.room.close", decide_close_room),
      command<JoinRoom>("ticket.room.join", with(keys.secret, decide_join_room)),
      query<ReadRoom>("ticket.room", with(keys.secret, read_room)),
      query<ReadEntry>("ticket.room.entry", with(keys.secret, read_entry)),
      timer(kRoomFlowTimer, with(keys.secret, decide_room_flow)),
      timer(kRoomLapseTimer, decide_passes_lapse),
  };
}

}  // namespace bilten::ticket
