#include "tests/support/qr_reader.h"

#include "tests/support/platform.h"

namespace bilten::test {

Modules modules_of(const std::string& svg) {
  const auto box = svg.find("viewBox=\"0 0 ");
  const auto path = svg.find(" d=\"");
  if (box == svg.npos || path == svg.npos) return {};
  const auto side = std::strtoul(svg.c_str() + box + 13, nullptr, 10);
  Modules dark(side, std::vector<bool>(side));
  size_t at = path + 4;
  while (svg[at] == 'M') {
    unsigned x = 0, y = 0, run = 0, back = 0;
    int used = 0;
    const char* const piece = svg.c_str() + at;
    if (sscanf(piece, "M%u,%uh%uv1h-%uz%n", &x, &y, &run, &back, &used) != 4) return {};
    if (run != back || y >= side || x + run > side) return {};
    for (unsigned i = 0; i < run; ++i) dark[y][x + i] = true;
    at += static_cast<size_t>(used);
  }
  return svg.substr(at) == "\"/></svg>\n" ? dark : Modules{};
}

std::optional<std::string> read_qr(const std::string& svg) {
  const auto dark = modules_of(svg);
  const size_t scale = 4, side = dark.size() * scale;
  std::string image = "P2\n" + std::to_string(side) + ' ' + std::to_string(side) + "\n1\n";
  for (size_t y = 0; y < side; ++y) {
    for (size_t x = 0; x < side; ++x) image += dark[y / scale][x / scale] ? "0 " : "1 ";
    image += '\n';
  }
  const Folder folder;
  const auto file = folder.write("qr.pgm", image);
  const auto read = run_program({"/usr/bin/zbarimg", "--nodbus", "--raw", "-q", file});
  if (read.status != 0) return std::nullopt;
  return read.out.substr(0, read.out.find('\n'));
}

}  // namespace bilten::test
