import JSONText
import Kernel
import Postgres
import ServiceSettings

struct BoardArea: Area {
    static let settings: [SettingDeclaration] = []

    init(_ registrar: ModuleRegistrar) throws {}

    func register(in registrar: ModuleRegistrar) {}

    func export(_ handle: String) async throws -> [(String, JSON)] { [] }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {}
}
