#include "conformance/table.hpp"

#include <fmt/format.h>

namespace pacs::conformance {

namespace {

std::string cells(const std::vector<std::string>& texts)
{
    std::string line;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const bool last = i + 1 == texts.size();
        line += last ? "T{\n" + roff(texts[i]) + "\nT}\n" : roff(texts[i]) + "|";
    }
    return line;
}

}  // namespace

std::string roff(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '\\': out += "\\e"; break;
        case '-': out += "\\-"; break;
        case '\'': out += "\\(aq"; break;
        case '|': out += "\\(ba"; break;
        default: out += c;
        }
    }
    return out.empty() ? "\\-" : out;
}

std::string region(const Table& table)
{
    std::string out = fmt::format(".\\\" begin {}\n.TS\nnokeep tab(|);\n", table.name);
    std::string heads;
    std::string columns;
    for (std::size_t i = 0; i < table.heads.size(); ++i) {
        const bool last = i + 1 == table.heads.size();
        heads += last ? "lbx\n" : "lb ";
        columns += last ? "lx.\n" : "l ";
    }
    out += heads + columns + cells(table.heads);
    for (const auto& row : table.rows) {
        out += cells(row);
    }
    return out + fmt::format(".TE\n.\\\" end {}\n", table.name);
}

}  // namespace pacs::conformance
