#pragma once

#include "archive/service.hpp"
#include "base/notify.hpp"
#include "base/settings.hpp"

#include <functional>

namespace pacs::archive {

/// Keeps SIGHUP from ending the process and turns it into something to wait for. Made before any
/// thread is started, so that none of them gets the signal.
class ReloadSignal {
public:
    ReloadSignal();  ///< throws Error(storage) when the system gives no descriptor
    int fd() const noexcept { return signals_.get(); }
    bool take() noexcept;  ///< whether there was one since the last call; never waits

private:
    Descriptor signals_;
};

/// Serves until StopFlag is raised, then stops in good order. Meanwhile: on SIGHUP `read_settings`
/// is called and its settings are taken over (an Error is logged and the old ones stay), the
/// service manager hears READY=1, RELOADING=1, STOPPING=1 and WATCHDOG=1, housekeeping is done.
void serve(Service& service, Notifier& notifier, ReloadSignal& reload,
           const std::function<ArchivedSettings()>& read_settings);

}  // namespace pacs::archive
