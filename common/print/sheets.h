// A PDF of A4 sheets, by cairo and Pango: text in any script that the machine's fonts have, shaped,
// in its direction, embedded as the few glyphs that are used; and black boxes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace bilten {

inline constexpr size_t kPdfMax = 1'000'000;  // Bytes; an answer holds a little more.
// Points of 1/72 inch.
inline constexpr double kSheetWidth = 595.276, kSheetHeight = 841.89;

struct TextStyle {
  double size = 12;
  int lines = 1;  // At most; what does not fit is cut with an ellipsis.
  double gray = 0;
  bool at_right = false;
};

// From the upper left corner of the sheet.
struct TextPlace {
  double x = 0, y = 0, width = 0;
};
struct Box {
  double x = 0, y = 0, width = 0, height = 0;
};

// The same calls give the same bytes. One thread at a time.
class Sheets {
 public:
  struct About {
    std::string title;
    UnixMillis at = 0;          // When it was made, as the file says.
    std::string language = {};  // Of its texts, BCP 47; empty: not known.
  };

  explicit Sheets(const About& about);
  ~Sheets();
  Sheets(const Sheets&) = delete;
  Sheets& operator=(const Sheets&) = delete;

  // One paragraph. Answers where it ends.
  double write(const std::string& text, const TextPlace& place, const TextStyle& style);
  void fill(const std::vector<Box>& boxes);
  // What follows is on another sheet.
  void end_sheet();

  // The file; nothing may be drawn after. Refused: too_large, over kPdfMax; not_printed, where
  // cairo found no memory.
  Result<std::string> finish();

 private:
  struct Drawing;
  std::unique_ptr<Drawing> drawing_;
};

}  // namespace bilten
