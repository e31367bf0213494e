#pragma once

#include "base/notify.hpp"
#include "base/settings.hpp"
#include "daemon/service.hpp"

#include <functional>

namespace pacs::daemon {

/// The wish to reload, raised by whoever takes SIGHUP and waited for by serve().
class ReloadRequest {
public:
    ReloadRequest();        ///< throws Error(storage) when the system gives no descriptor
    void raise() noexcept;  ///< thread-safe
    bool take() noexcept;   ///< whether it was raised since the last call; never waits
    int fd() const noexcept { return event_.get(); }

private:
    Descriptor event_;
};

/// Serves until StopFlag is raised, then stops in good order. Meanwhile: when `reload` is raised,
/// `read_configuration` is called and what it gives is taken over (an Error is logged and the old
/// ones stay), the service manager hears READY=1, RELOADING=1, STOPPING=1 and WATCHDOG=1,
/// housekeeping is done.
void serve(Service& service, Notifier& notifier, ReloadRequest& reload,
           const std::function<Configuration()>& read_configuration);

}  // namespace pacs::daemon
