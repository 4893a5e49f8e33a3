// Three functions of libc that CivetWeb calls, defined by the gateway instead (ELF interposition):
//  recv()    lets a worker's connection take the bytes itself, so that CivetWeb's parser, which
//            accepts what two servers read differently, never sees one of them;
//  accept()  rests when descriptors have run out, where CivetWeb would spin;
//  pthread_attr_setstacksize()  raises CivetWeb's 100 KiB stacks.
// Every other caller in the process gets what libc would give.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>

namespace bilten::gateway {

// Takes the place of recv() on this thread from now on; nullptr: libc's again.
using ReceiveHook = ssize_t (*)(int fd, void* into, size_t length);
void hook_receive(ReceiveHook hook);

// Whether libraries reach our functions. If not, the gateway must not start.
bool shim_works();

}  // namespace bilten::gateway
