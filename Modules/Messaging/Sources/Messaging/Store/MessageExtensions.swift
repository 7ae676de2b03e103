/// What messages can do beyond the core: only Postgres does it (design, section 8).
typealias MessageExtensions = EditStore & MuteStore & NonceStore & ReactionStore & SearchStore
