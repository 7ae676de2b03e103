import Cutover
import Engagement
import Identity
import Kernel
import Messaging
import SocialGraph

// modules: imports

/// Every module that is compiled in. The only list there is; config.yaml says which of them run.
enum Modules {
    static func all() -> [any FeatureModule] {
        [
            IdentityModule(),
            MessagingModule(),
            EngagementModule(),
            SocialGraphModule(),
            CutoverModule(),
            // modules: list
        ]
    }
}
