import Contracts
import Kernel
import Postgres

/// Writes down every `PersonActive` it hears, once each.
final class DayCounter: FeatureModule {
    let manifest = ModuleManifest(
        name: "day_counter",
        summary: "Counts days",
        requires: ["identity"],
        tables: ["counted_days"]
    )
    let migrations = [
        Migration(name: "0001_days", sql: "CREATE TABLE counted_days (day text, at timestamptz DEFAULT now());")
    ]
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        registrar.handle(PersonActive.self, as: "count") { event, transaction in
            _ = try await transaction.query("INSERT INTO counted_days (day) VALUES (\(event.day))")
        }
    }
}
