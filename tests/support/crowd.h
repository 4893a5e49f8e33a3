// Callers on the machines of a lab: each is at its workload turn after turn, through its machine's
// gateway. What they are told is counted here; the workload keeps what the books must agree with.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/api.h"
#include "tests/support/vms.h"

namespace bilten::test {

// What all callers of a crowd were told.
struct Tally {
  std::atomic<bool> stop{false}, elsewhere{false};
  std::atomic<int> told[Vms::kMachines + 1] = {};  // Calls that were answered as they should.
  std::atomic<int> failed{0};                      // Others: a broken connection, an error.
  std::atomic<int> wrong{0};                       // Of these, errors that no fault excuses.
  std::atomic<double> slowest{0};                  // Seconds, of calls that ended by an answer.
  std::mutex mutex;
  std::string failures;  // One a line.

  void note_failure(int machine, const Reply& reply);
};

// One of a crowd, as its workload sees it.
class Caller {
 public:
  enum class As { guest, host };  // Without a token, or with the crowd's.
  using Ask = std::function<Reply(Api&)>;

  // `gives_up`: it does not come back for what it was not told.
  Caller(Tally& tally, int machine, const std::string& token, bool gives_up);

  bool gives_up() const { return gives_up_; }
  // One call, by another gateway too where the crowd may go elsewhere. `refusal` is the code of a
  // refusal that is an answer like any other.
  Reply ask(As as, const Ask& ask, std::string_view refusal = {});
  // The same call until its answer says how it ended. Nothing is given up: what nobody was told of
  // could stand in the books.
  Reply until_told(As as, const Ask& ask, std::string_view refusal = {});

 private:
  Tally& tally_;
  const int machine_;
  const bool gives_up_;
  std::vector<Api> guest_, host_;  // Ways in, its own machine's first.
};

// Whether this answer says how the call ended: it was done, or refused as `refusal` or otherwise.
bool is_told(const Reply& reply);
// An error that says: this call did not run.
bool did_not_run(const Reply& reply);

class Workload {
 public:
  virtual ~Workload() = default;
  virtual void turn(Caller& caller) = 0;  // By many threads at once.
};

class Crowd {
 public:
  static constexpr int kPerMachine = 2;  // Of which one gives up.

  // `token` is what callers are known by as hosts; the workload must outlive the crowd.
  Crowd(const Vms& vms, Workload& workload, std::string token);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Calls answered as they should so far, of that machine's callers; of all.
  int told(int machine) const { return tally_.told[machine]; }
  int told() const;
  // That many more on each of these machines, within the time.
  bool go_on(const std::set<int>& machines, int calls, double seconds = 15) const;
  int failed() const { return tally_.failed; }
  int wrong() const { return tally_.wrong; }
  std::string failures();
  // Whether a caller whose gateway does not answer asks another machine's, as a proxy in front
  // does.
  void may_go_elsewhere(bool may) { tally_.elsewhere = may; }
  // The longest that an answer took, in seconds, since it was last asked.
  double slowest() { return tally_.slowest.exchange(0); }
  // Every caller ends what it is at.
  void finish();

 private:
  Tally tally_;
  std::vector<std::thread> callers_;
};

}  // namespace bilten::test
