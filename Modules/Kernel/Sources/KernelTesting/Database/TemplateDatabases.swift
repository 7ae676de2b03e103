import DevelopmentPostgres
import Kernel

/// Databases that are migrated once per process and then cloned: one for each set of migrations that tests ask for.
actor TemplateDatabases {
    static let shared = TemplateDatabases()

    /// By the whole text of the migrations.
    private var templates: [String: Task<String, any Error>] = [:]

    /// The name of the template with the schema of these modules.
    ///
    /// - Throws: what stopped the migrations, to every test that needs them.
    func name(for modules: [any FeatureModule]) async throws -> String {
        let plan = try SchemaMigrator.plan(of: modules)
        let key = plan.map { module, migrations in
            module + migrations.map { "\n\($0.name)\n\($0.sql)" }.joined()
        }.joined(separator: "\n")
        if let template = templates[key] { return try await template.value }
        let name = "template_\(templates.count + 1)"
        let template = Task { try await TemplateDatabases.make(name, plan) }
        templates[key] = template
        return try await template.value
    }

    private static func make(_ name: String, _ plan: SchemaMigrator.Plan) async throws -> String {
        let server = try await TemporaryPostgres.shared
        try await server.createDatabase(name)
        try await withPostgresClient(url: server.url(database: name)) { client in
            try await SchemaMigrator(plan: plan, database: client, logger: TestLog.logger("schema")).migrate()
        }
        return name
    }
}
