import Contracts
import Kernel
import Postgres

/// What people are to each other: consent, friends, follows and mutes, joined.
struct ConnectionParts: Sendable {
    let names: Names
    let mutes: any MuteStore

    init(_ registrar: ModuleRegistrar) throws {
        names = Names(directory: try registrar.require((any PeopleDirectory).self))
        mutes = PostgresMuteStore(database: registrar.database)
    }

    func register(in registrar: ModuleRegistrar) {
        MuteRoutes(store: mutes, names: names).register(in: registrar)
    }
}
