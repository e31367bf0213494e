// Prints the tables of pacs-conformance(7) from the code's own; conformance.sh puts them into the
// page.
#include "conformance/tables.hpp"

#include <cstdio>

int main()
{
    using namespace pacs::conformance;
    for (const auto& tables :
         {service_tables(), query_tables(), status_tables(), setting_tables()}) {
        for (const Table& table : tables) {
            std::fputs(region(table).c_str(), stdout);
        }
    }
    return std::fflush(stdout) == 0 ? 0 : 1;
}
