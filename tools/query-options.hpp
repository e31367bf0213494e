// The options by which several tools say what is asked for: the words are those of pacs-find.

#pragma once

#include "query/question.hpp"

#include <CLI/CLI.hpp>

#include <string_view>

/// Adds an option for each wish but the one named `without`, in the group that `app` has by
/// default. `wishes` must outlive it.
inline void add_wish_options(CLI::App& app, pacs::query::Wishes& wishes,
                             std::string_view without = {})
{
    for (const pacs::query::WishOption& wish : pacs::query::wish_options()) {
        if (wish.name == without) {
            continue;
        }
        if (wish.flag != nullptr) {
            app.add_flag(wish.name, wishes.*wish.flag, wish.help);
        } else if (wish.single != nullptr) {
            app.add_option(wish.name, wishes.*wish.single, wish.help)->type_name(wish.value);
        } else {
            app.add_option(wish.name, wishes.*wish.several, wish.help)->type_name(wish.value);
        }
    }
}
