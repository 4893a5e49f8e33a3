// What the parts of WriterCore share during one step.
#pragma once

#include "common/service/writer.h"

namespace bilten {

struct WriterCore::Turn {
  Recording recording;
  SteadyMicros steady = 0;
  Output out;
  std::vector<std::string> refused;            // Keys of re-sent requests that were refused.
  std::set<std::string, std::less<>> touched;  // Owners whose waiting requests may go on.

  const Rows& rows() const { return recording.rows(); }
  UnixMillis now() const { return recording.now(); }
};

}  // namespace bilten
