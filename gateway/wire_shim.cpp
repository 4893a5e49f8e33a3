#include "gateway/wire_shim.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

namespace bilten::gateway {
namespace {

// Room for the deepest handler under a sanitizer; only touched pages cost memory.
constexpr size_t kStackMin = 512 * 1024;

thread_local ReceiveHook receive_hook = nullptr;

template <class Function>
Function* libc_function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void hook_receive(ReceiveHook hook) {
  receive_hook = hook;
}

bool shim_works() {
  return dlsym(RTLD_DEFAULT, "recv") == reinterpret_cast<void*>(&::recv) &&
         dlsym(RTLD_DEFAULT, "pthread_attr_setstacksize") ==
             reinterpret_cast<void*>(&::pthread_attr_setstacksize);
}

}  // namespace bilten::gateway

extern "C" {

__attribute__((visibility("default"))) ssize_t recv(int fd, void* into, size_t length, int flags) {
  if (bilten::gateway::receive_hook) return bilten::gateway::receive_hook(fd, into, length);
  return recvfrom(fd, into, length, flags, nullptr, nullptr);
}

__attribute__((visibility("default"))) int accept(int fd, sockaddr* address, socklen_t* length) {
  const int client = accept4(fd, address, length, SOCK_CLOEXEC);
  if (client < 0 && (errno == EMFILE || errno == ENFILE)) {
    const int error = errno;
    const timespec rest{0, 50'000'000};
    nanosleep(&rest, nullptr);
    errno = error;
  }
  return client;
}

__attribute__((visibility("default"))) int pthread_attr_setstacksize(pthread_attr_t* attributes,
                                                                     size_t bytes) {
  using Set = int(pthread_attr_t*, size_t);
  static Set* const set = bilten::gateway::libc_function<Set>("pthread_attr_setstacksize");
  return set(attributes, std::max(bytes, bilten::gateway::kStackMin));
}

}  // extern "C"
