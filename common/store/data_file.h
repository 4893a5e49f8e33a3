// What can be told about, and done for, LMDB's data file from beside it.
#pragma once

#include "common/store/folder.h"

namespace bilten::engine {

inline constexpr const char* kData = "/data.mdb";

// Code::internal, reason store_damaged.
Error damaged(const std::string& what);

// A file STORE says that the folder has been a store: an empty data file beside it is no fresh
// start.
Status mark_as_store(const std::string& folder);
bool is_marked_as_store(const std::string& folder);

// A making that was interrupted before LMDB had written its two meta pages left a file that it
// would refuse from then on, and that never held anything.
void remove_unmade(const std::string& folder);

// A file may be shorter than its head says and sound: LMDB never writes a page that it frees at
// once. It may also be cut. Made long enough, a missing page reads as zeros, which is reported as
// damage, instead of ending the process by SIGBUS.
Status stretch(const std::string& folder, uint64_t bytes);

// LMDB writes its two heads in turns, one a commit, and takes the one with the higher number: if
// their numbers are not neighbours, one of them is damaged. Not while another process commits.
bool heads_are_neighbours(const Descriptor& data, size_t page_bytes);

// Whether writing into the file's file system has just failed for want of space, where the error
// alone does not say so.
bool disk_is_full(const Descriptor& data);

}  // namespace bilten::engine
