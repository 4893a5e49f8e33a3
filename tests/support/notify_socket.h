// systemd's end of the notification socket.
#pragma once

#include <string>

#include "tests/support/platform.h"

namespace bilten::test {

class NotifySocket {
 public:
  NotifySocket();
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket();

  // Empty: nothing came for so many seconds, times the scale.
  std::string next(double seconds = 10);
  // Whether that comes before so many seconds of silence.
  bool hears(const std::string& what, double seconds);
  const std::string& path() const { return path_; }

 private:
  Folder folder_;
  std::string path_;
  int socket_ = -1;
};

}  // namespace bilten::test
