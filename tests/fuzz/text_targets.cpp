#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "app/model/naming.h"
#include "app/scene/shader_log.h"
#include "app/scene/shader_source.h"
#include "tests/fuzz/targets.h"

namespace framespool::fuzz {
namespace {

std::string_view text_of(Input input) { return {reinterpret_cast<const char*>(input.data()), input.size()}; }

void promise(bool kept, const char* what) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

}  // namespace

void shader(Input input) {
  const std::string_view text = text_of(input);
  const std::string code = blank_comments(text);
  promise(code.size() == text.size(), "columns stay");
  for (std::size_t i = 0; i < text.size(); ++i)
    promise((code[i] == '\n') == (text[i] == '\n') || text[i] == '\n', "lines stay");
  if (const auto checked = check_shader_text(std::string(text), "fuzz.frag"); !checked)
    promise(!checked.error().why.empty(), "a refusal has a reason");
  const auto source = make_fragment_source(text, "fuzz.frag");
  if (source) {
    promise(source->starts_with("#version "), "the version comes first");
    promise(source->find("#line 1\n") != source->npos, "compile messages carry the file's own lines");
  }
  const ShaderError error = first_shader_error(text);
  promise(!error.text.empty(), "a refused shader has a reason");
  promise(describe(error, "fuzz.frag").find('\n') == std::string::npos, "the reason is one line");
}

void settings(Input input) {
  const auto folder = videos_folder(text_of(input), "/home/somebody");
  promise(folder.empty() || folder.is_absolute(), "the folder is absolute or none");
}

}  // namespace framespool::fuzz
