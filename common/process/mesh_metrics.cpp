#include "common/process/mesh_metrics.h"

namespace bilten {

MeshMetrics::MeshMetrics()
    : counters_{
          {counter("bilten_mesh_calls_total", "Calls to other services."), &net::MeshCounts::calls},
          {counter("bilten_mesh_resent_total",
                   "Requests sent again, after a lost link or a refusal that did not run."),
           &net::MeshCounts::resent},
          {counter("bilten_mesh_late_answers_total", "Answers to calls that had ended."),
           &net::MeshCounts::late_answers},
          {counter("bilten_mesh_dropped_replies_total",
                   "Replies whose connection was gone, or took nothing more."),
           &net::MeshCounts::dropped_replies},
          {counter("bilten_mesh_bad_frames_total", "Frames and publications not understood."),
           &net::MeshCounts::bad_frames},
          {counter("bilten_mesh_cancelled_total", "Calls given up by this process."),
           &net::MeshCounts::cancelled},
          {counter("bilten_mesh_broken_streams_total",
                   "Calls ended because a part of their answer was missing."),
           &net::MeshCounts::broken_streams}} {}

void MeshMetrics::show(const net::MeshCounts& counts) {
  for (auto& [shown, member] : counters_) {
    shown.add(static_cast<double>(counts.*member - shown_.*member));
  }
  shown_ = counts;
}

}  // namespace bilten
