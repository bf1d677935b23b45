// Several exports may wait; one runs. A thread of the queue opens the take, starts the job and waits for it,
// so that the window only ever looks at snapshots.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/model/export_settings.h"
#include "encode/export_job.h"

namespace framespool {

using ExportFactory = std::function<Result<std::unique_ptr<ExportJob>>(const ExportRequest&)>;
// Makes the folder the output goes into, then calls encode's make_export().
[[nodiscard]] ExportFactory real_exports();

// One export as the panel shows it.
struct ExportEntry {
  std::uint64_t id = 0;
  std::string take;  // file name without ending
  std::filesystem::path output;
  ExportKind kind = ExportKind::movie;
  ExportProgress progress;
  Error error;                     // of a failed one
  std::vector<std::string> notes;  // of a finished one
  std::uint64_t pictures = 0;      // of a finished one
  std::uint64_t bytes = 0;
  [[nodiscard]] bool ended() const {
    return progress.state == ExportState::done || progress.state == ExportState::cancelled ||
           progress.state == ExportState::failed;
  }
};

class ExportQueue {
 public:
  static constexpr std::size_t kMostEnded = 20;  // older ones are forgotten

  explicit ExportQueue(ExportFactory factory);
  // Cancels everything and waits for the worker.
  ~ExportQueue();
  ExportQueue(const ExportQueue&) = delete;
  ExportQueue& operator=(const ExportQueue&) = delete;

  // Error usage: another export that has not ended writes there.
  [[nodiscard]] Result<std::uint64_t> add(const ExportRequest& request);
  // A waiting one never starts; a running one ends soon and says so. False when it had ended.
  bool cancel(std::uint64_t id);
  bool cancel_running();  // false when none runs
  void cancel_all();
  bool dismiss(std::uint64_t id);  // takes an ended one off the list

  // What the panel draws: in the order they were added. Never blocks for longer than a copy.
  void snapshot(std::vector<ExportEntry>& into) const;
  [[nodiscard]] std::size_t unfinished() const;
  [[nodiscard]] bool promised(const std::filesystem::path& output) const;  // to an export that has not ended

 private:
  struct Item {
    ExportEntry entry;
    ExportRequest request;
    bool cancel_asked = false;
    std::shared_ptr<ExportJob> job;  // while it runs
  };
  void work(const std::stop_token& stop);
  void run(Item& item);
  Item* find(std::uint64_t id);
  void forget_old();

  const ExportFactory factory_;
  mutable std::mutex mutex_;  // guards all below; items are never moved: the worker holds one by pointer
  std::condition_variable_any wake_;
  std::vector<std::unique_ptr<Item>> items_;
  std::uint64_t next_id_ = 1;
  std::jthread thread_;  // last: uses all of the above
};

}  // namespace framespool
