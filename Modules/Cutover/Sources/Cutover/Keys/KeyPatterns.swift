extension KeyPattern {
    /// Every form of key in the original's layout. The README's table is made from this, which a test checks.
    public static let all: [KeyPattern] =
        messages + presence + identity + connections + board + safety + socialInbox + knowledge + work + scratch

    private static let messages: [KeyPattern] = [
        .init("vibe:messages", .string, fate: .migrated(.messages, to: "messages")),
        .init("msg:*", .string, fate: .migrated(.messages, to: "messages; the copy that wins")),
        .init("messages:*", .list, fate: .migrated(.messages, to: "messages")),
        .init("thread:*", .list, fate: .migrated(.messages, to: "messages; ids among them are an index")),
        .init("unread:*", .hash, fate: .migrated(.messages, to: "messages.read of those in messages:*")),
        .init("inbox:*", .list, fate: .index(.messages, "ids by recipient; dangling ones are reported")),
        .init("outbox:*", .list, fate: .index(.messages, "ids by sender; dangling ones are reported")),
    ]

    private static let presence: [KeyPattern] = [
        .init("presence:index", .zset, fate: .migrated(.presence, to: "last seen")),
        .init("presence:active", .zset, fate: .migrated(.presence, to: "last seen")),
        .init("presence:data:*", .string, fate: .ephemeral("300 s; presence:index has the time")),
        .init("presence:<u>", .hash, .string, fate: .migrated(.presence, to: "last seen, one-liner")),
        .init("session:*", .string, fate: .ephemeral("an hour; the original's sessions prove nothing")),
        .init("typing:*", .string, fate: .ephemeral("5 s")),
    ]

    private static let identity: [KeyPattern] = [
        .init("vibe:handles", .hash, fate: .migrated(.identity, to: "handles; fields of digits only are junk")),
        .init("user:*", .hash, fate: .migrated(.identity, to: "users, keys")),
        .init("vibe:users", .hash, fate: .migrated(.identity, to: "agents")),
        .init("vibe:agents", .hash, fate: .migrated(.identity, to: "agents")),
        .init("vibe:tokens", .hash, .string, fate: .archived("never written; tokens of the original prove nothing")),
    ]

    private static let connections: [KeyPattern] = [
        .init("consent:pending:*", .set, fate: .migrated(.consent, to: "consent; the other style's record wins")),
        .init("consent:accepted:*", .set, fate: .migrated(.consent, to: "consent; the other style's record wins")),
        .init("consent:blocked:*", .set, fate: .migrated(.consent, to: "consent; a block wins")),
        .init("consent:<a>:<b>", .string, fate: .migrated(.consent, to: "consent")),
        .init("friends:*", .set, fate: .migrated(.friends, to: "friends")),
        .init("invite:*", .string, fate: .migrated(.friends, to: "friend codes, until they lapse")),
        .init("vibe:invites", .hash, fate: .migrated(.invites, to: "invites; status beats Postgres'")),
        .init("vibe:invites:by:*", .set, fate: .migrated(.invites, to: "invites whose row is missing")),
    ]

    private static let board: [KeyPattern] = [
        .init("board:entry:*", .string, fate: .migrated(.board, to: "board entries, reactions, comments")),
        .init("board:entries", .list, fate: .index(.board, "the newest ids")),
        .init("board:category:*", .list, fate: .index(.board, "ids by category")),
        .init("board:user:*", .list, fate: .index(.board, "ids by author")),
        .init("streak:*", .hash, .string, fate: .migrated(.streaks, to: "streaks; the best of both forms")),
        .init("events:daily:*", .hash, fate: .migrated(.funnel, to: "funnel events by day")),
        .init("events:users:*", .set, fate: .migrated(.funnel, to: "people by funnel event")),
        .init("vibe:waitlist:source:*", .string, fate: .migrated(.waitlist, to: "counters by source")),
        .init("vibe:waitlist", .hash, fate: .archived("junk only: no address was ever stored")),
        .init("echo:feedback", .list, fate: .waiting("feedback")),
        .init("echo:memory", .string, fate: .archived("notes of a bot that is gone")),
    ]

    private static let safety: [KeyPattern] = [
        .init("vibe:reports", .hash, fate: .waiting("reports")),
        .init("vibe:report_counts", .hash, fate: .waiting("reports")),
        .init("report:*", .string, fate: .waiting("reports")),
        .init("reports:pending", .list, fate: .waiting("reports")),
        .init("reports:count:*", .string, fate: .waiting("reports")),
        .init("vibe:games", .string, fate: .waiting("games")),
        .init("game:*", .hash, fate: .waiting("games; nothing was seen to write them")),
    ]

    private static let socialInbox: [KeyPattern] = [
        .init("vibe:webhooks", .hash, fate: .archived("no such feature any more")),
        .init("vibe:social_inbox", .list, fate: .archived("no such feature any more")),
        .init("vibe:x_webhook_stats", .hash, fate: .archived("counters of a feature that is gone")),
        .init("vibe:discord_webhook_stats", .hash, fate: .archived("counters of a feature that is gone")),
        .init("vibe:farcaster_webhook_stats", .hash, fate: .archived("counters of a feature that is gone")),
        .init("vibe:github_webhook_stats", .hash, fate: .archived("counters of a feature that is gone")),
        .init("vibe:whatsapp_webhook_stats", .hash, fate: .archived("counters of a feature that is gone")),
        .init("social:inbox", .zset, fate: .archived("no such feature any more")),
        .init("social:inbox:*", .zset, fate: .archived("no such feature any more")),
        .init("social:msg:*", .string, fate: .archived("no such feature any more")),
        .init("social:sync:*", .string, fate: .archived("no such feature any more")),
    ]

    private static let knowledge: [KeyPattern] = [
        .init("gigabrain:all", .list, fate: .archived("no such feature any more")),
        .init("gigabrain:user:*", .list, fate: .archived("no such feature any more")),
        .init("gigabrain:tech:*", .set, fate: .archived("no such feature any more")),
        .init("gigabrain:category:*", .set, fate: .archived("no such feature any more")),
        .init("gigabrain:<id>", .hash, fate: .archived("no such feature any more")),
        .init("claude:activity:stream", .zset, fate: .archived("ids of activities that are long gone")),
        .init("claude:activity:user:*", .zset, fate: .archived("ids of activities that are long gone")),
        .init("claude:activity:<id>", .hash, fate: .ephemeral("an hour")),
        .init("observation:*", .string, fate: .archived("published ones are on the board")),
        .init("observations:list", .list, fate: .archived("ids of observations")),
        .init("observations:count:*", .string, fate: .ephemeral("a day")),
    ]

    private static let work: [KeyPattern] = [
        .init("artifacts:all", .set, fate: .archived("no such feature any more")),
        .init("artifact:*", .string, fate: .archived("no such feature any more")),
        .init("shared:*", .string, fate: .archived("no such feature any more")),
        .init("vibe:approved_projects", .string, fate: .archived("no such feature any more")),
        .init("vibe:pending_projects", .string, fate: .archived("no such feature any more")),
        .init("vibe:featured_projects", .string, fate: .archived("no such feature any more")),
        .init("vibe:hidden_projects", .string, fate: .archived("no such feature any more")),
        .init("vibe:broadcasts", .string, fate: .archived("no such feature any more")),
        .init("vibe:buffer:*", .string, fate: .ephemeral("an hour")),
        .init("vibe:viewers:*", .string, fate: .ephemeral("an hour")),
        .init("reputation:social:*", .string, fate: .archived("no such feature any more")),
        .init("reputation:economic:*", .string, fate: .archived("no such feature any more")),
        .init("reputation:<handle>", .string, fate: .ephemeral("a cache of 300 s")),
        .init("tips:sent:*", .list, fate: .archived("no such feature any more")),
        .init("tips:received:*", .list, fate: .archived("no such feature any more")),
        .init("tips:global", .list, fate: .archived("no such feature any more")),
        .init("tips:total:*", .string, fate: .archived("no such feature any more")),
        .init("wallet:*", .string, fate: .archived("sensitive")),
        .init("agent:wallet:*", .string, fate: .archived("sensitive")),
        .init("session-key:*", .string, fate: .archived("sensitive")),
        .init("credentials:*", .string, fate: .archived("sensitive, and encrypted")),
        .init("agent:rate:*", .string, fate: .ephemeral("an hour")),
        .init("agent:budget:*", .string, fate: .ephemeral("a day")),
        .init("agent:greeted:*", .string, fate: .archived("notes of the original's agents")),
        .init("agents:tasks:active", .hash, fate: .archived("notes of the original's agents")),
        .init("agents:announcements", .list, fate: .archived("notes of the original's agents")),
        .init("agents:handoffs", .list, fate: .archived("notes of the original's agents")),
    ]

    private static let scratch: [KeyPattern] = [
        .init("ratelimit:*", .string, fate: .ephemeral("counters of minutes and hours")),
        .init("test", .string, fate: .ephemeral("scratch")),
        .init("test:webhook:ping", .string, fate: .ephemeral("scratch")),
        .init("health:check", .string, fate: .ephemeral("scratch")),
        .init("stats:messages", .string, fate: .archived("read by the original, never written")),
        .init("threads:*", .set, .list, .string, fate: .archived("read by the original, never written")),
        .init("vibe:cutover:pending:*", .hash, fate: .ephemeral("this service's own: writes under way")),
    ]
}
