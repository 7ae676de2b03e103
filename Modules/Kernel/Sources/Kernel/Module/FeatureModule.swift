public import ServiceSettings

/// A part of the product that can be built, tested and switched off by itself.
///
/// Its life: the service reads ``manifest`` and ``settings`` of every compiled-in module, loads the settings, drops the
/// modules that are switched off, checks the rest against each other, calls ``register(in:)`` in dependency order,
/// validates the schema, and only then calls ``start()``. Stopping runs the other way round.
public protocol FeatureModule: Sendable {
    /// Who it is and what it needs. Constant.
    var manifest: ModuleManifest { get }

    /// Every setting the module reads, besides `modules.<name>.enabled`, which the kernel declares for it.
    var settings: [SettingDeclaration] { get }

    /// Its schema, in order. Tracked even while the module is switched off.
    var migrations: [Migration] { get }

    /// Its part of the API document: OpenAPI 3.1 `paths` and `components`, as YAML text.
    var openAPI: String { get }

    /// Registers routes, event handlers, jobs and capabilities. Does no I/O: the database may not be up yet.
    ///
    /// - Throws: anything that must stop the start, told in one line.
    func register(in registrar: ModuleRegistrar) throws

    /// Runs once, after the schema is valid and before the first request.
    func start() async throws

    /// Runs once, after the last request has been answered.
    func stop() async
}

extension FeatureModule {
    public var settings: [SettingDeclaration] { [] }
    public var migrations: [Migration] { [] }
    public func start() async throws {}
    public func stop() async {}
}

/// Who a module is and what it needs.
public struct ModuleManifest: Sendable, Hashable {
    /// Lower-case, as in `modules.<name>.enabled`. Unique.
    public let name: String
    /// One line for `vibe modules`.
    public let summary: String
    /// Modules without which it cannot run: switched off or missing, they stop the start.
    public let requires: [String]
    /// Modules that it uses when they are there. They start before it.
    public let optional: [String]
    /// The tables it owns: no other module's SQL may name them (but `handles` as the target of foreign keys).
    public let tables: [String]

    public init(
        name: String,
        summary: String,
        requires: [String] = [],
        optional: [String] = [],
        tables: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.requires = requires
        self.optional = optional
        self.tables = tables
    }
}
