#include "app/model/export_queue.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "encode/make_export.h"

namespace framespool {

namespace fs = std::filesystem;

ExportFactory real_exports() {
  return [](const ExportRequest& request) -> Result<std::unique_ptr<ExportJob>> {
    std::error_code problem;
    const fs::path parent = request.output.parent_path();
    fs::create_directories(parent, problem);
    if (problem) {
      Error error = system_error(parent.string(), problem.value(), ErrorKind::usage);
      error.why = "the folder cannot be made: " + error.why;
      error.remedy = "choose another folder, for example with --exports";
      return tl::unexpected(error);
    }
    return make_export(request.take, request.output_text(), request.options);
  };
}

ExportQueue::ExportQueue(ExportFactory factory)
    : factory_(std::move(factory)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

ExportQueue::~ExportQueue() {
  // Before the thread is joined: a job ends only when somebody tells it to.
  thread_.request_stop();
  cancel_all();
}

Result<std::uint64_t> ExportQueue::add(const ExportRequest& request) {
  const std::scoped_lock lock(mutex_);
  for (const auto& item : items_)
    if (!item->entry.ended() && item->entry.output == request.output)
      return fail(ErrorKind::usage, request.output.filename().string(), "another export is going to write it",
                  "choose another name");
  auto item = std::make_unique<Item>();
  item->entry.id = next_id_++;
  item->entry.take = request.take.stem().string();
  item->entry.output = request.output;
  item->entry.kind = request.kind;
  item->request = request;
  const std::uint64_t id = item->entry.id;
  items_.push_back(std::move(item));
  forget_old();
  wake_.notify_one();
  return id;
}

ExportQueue::Item* ExportQueue::find(std::uint64_t id) {
  const auto at =
      std::find_if(items_.begin(), items_.end(), [&](const auto& item) { return item->entry.id == id; });
  return at == items_.end() ? nullptr : at->get();
}

void ExportQueue::forget_old() {
  auto ended = static_cast<std::size_t>(
      std::count_if(items_.begin(), items_.end(), [](const auto& item) { return item->entry.ended(); }));
  std::erase_if(items_, [&](const auto& item) {
    if (ended <= kMostEnded || !item->entry.ended()) return false;
    --ended;
    return true;
  });
}

bool ExportQueue::cancel(std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  Item* item = find(id);
  if (!item || item->entry.ended()) return false;
  item->cancel_asked = true;
  if (item->job)
    item->job->cancel();
  else if (item->entry.progress.state == ExportState::waiting)
    item->entry.progress.state = ExportState::cancelled;
  return true;
}

bool ExportQueue::cancel_running() {
  std::uint64_t id = 0;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& item : items_)
      if (item->entry.progress.state == ExportState::running) id = item->entry.id;
  }
  return id != 0 && cancel(id);
}

void ExportQueue::cancel_all() {
  std::vector<std::uint64_t> ids;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& item : items_)
      if (!item->entry.ended()) ids.push_back(item->entry.id);
  }
  for (const std::uint64_t id : ids) cancel(id);
}

bool ExportQueue::dismiss(std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  return std::erase_if(items_,
                       [&](const auto& item) { return item->entry.id == id && item->entry.ended(); }) > 0;
}

void ExportQueue::snapshot(std::vector<ExportEntry>& into) const {
  const std::scoped_lock lock(mutex_);
  into.resize(items_.size());
  for (std::size_t i = 0; i < items_.size(); ++i) {
    into[i] = items_[i]->entry;
    if (items_[i]->job) {
      into[i].progress = items_[i]->job->progress();
      // A job that has just ended is still ours to wait for: "done" is said when its result is here.
      if (into[i].ended()) into[i].progress.state = ExportState::running;
      if (into[i].progress.state == ExportState::waiting) into[i].progress.state = ExportState::running;
    }
    // Also while the job is still being made, when there is nobody yet to tell it to.
    if (items_[i]->cancel_asked && !into[i].ended()) into[i].progress.state = ExportState::cancelling;
  }
}

std::size_t ExportQueue::unfinished() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(items_.begin(), items_.end(), [](const auto& item) { return !item->entry.ended(); }));
}

bool ExportQueue::promised(const fs::path& output) const {
  const std::scoped_lock lock(mutex_);
  return std::any_of(items_.begin(), items_.end(),
                     [&](const auto& item) { return !item->entry.ended() && item->entry.output == output; });
}

void ExportQueue::work(const std::stop_token& stop) {
  while (true) {
    Item* next = nullptr;
    {
      std::unique_lock lock(mutex_);
      const auto waiting = [&] {
        const auto at = std::find_if(items_.begin(), items_.end(), [](const auto& item) {
          return item->entry.progress.state == ExportState::waiting;
        });
        next = at == items_.end() ? nullptr : at->get();
        return next != nullptr;
      };
      wake_.wait(lock, stop, waiting);
      if (stop.stop_requested()) return;
      next->entry.progress.state = ExportState::running;  // from here on nobody erases it
    }
    run(*next);
  }
}

void ExportQueue::run(Item& item) {
  auto made = factory_(item.request);
  Result<ExportSummary> result = ExportSummary{};
  ExportProgress last = item.entry.progress;  // this thread alone writes it while the export runs
  if (made) {
    const std::shared_ptr<ExportJob> job = std::move(*made);
    {
      const std::scoped_lock lock(mutex_);
      item.job = job;
      // Before the start: a short export could be done before it hears of it.
      if (item.cancel_asked) job->cancel();
      job->start();
    }
    result = job->wait();
    last = job->progress();
  } else {
    result = tl::unexpected(made.error());
  }

  // In one step: whoever sees the export ended may take it off the list.
  const std::scoped_lock lock(mutex_);
  item.job.reset();
  ExportEntry& entry = item.entry;
  entry.progress = last;
  if (result) {
    entry.progress.state = ExportState::done;
    entry.notes = result->sink.notes;
    entry.pictures = result->sink.pictures;
    entry.bytes = result->sink.bytes;
  } else if (result.error().kind == ErrorKind::cancelled) {
    entry.progress.state = ExportState::cancelled;
  } else {
    entry.progress.state = ExportState::failed;
    entry.error = result.error();
  }
}

}  // namespace framespool
