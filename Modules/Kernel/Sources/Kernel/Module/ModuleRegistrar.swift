public import Contracts
public import JSONText
public import Logging
public import Postgres
public import ServiceSettings
import Synchronization

/// Where a module registers what it brings, and finds what it may use. One per module, used during `register` only.
public final class ModuleRegistrar: Sendable {
    /// The module that registers.
    public let module: ModuleManifest
    /// What every part of the service shares.
    public let services: KernelServices

    private let registrations: Mutex<Registrations>
    private let capabilities: CapabilityTable

    init(module: ModuleManifest, services: KernelServices, capabilities: CapabilityTable) {
        self.module = module
        self.services = services
        self.capabilities = capabilities
        registrations = Mutex(Registrations())
    }

    public var settings: Settings { services.settings }
    public var database: PostgresClient { services.database }
    public var logger: Logger { services.logger(for: module.name) }

    /// What the module has registered so far.
    var contents: Registrations { registrations.withLock { $0 } }
}

// MARK: Routes

extension ModuleRegistrar {
    public typealias Handler = @Sendable (APIRequest) async throws -> APIResponse

    public func get(_ path: String, _ policy: RoutePolicy, _ handler: @escaping Handler) {
        on(.get, path, policy, handler)
    }

    public func post(_ path: String, _ policy: RoutePolicy, _ handler: @escaping Handler) {
        on(.post, path, policy, handler)
    }

    public func patch(_ path: String, _ policy: RoutePolicy, _ handler: @escaping Handler) {
        on(.patch, path, policy, handler)
    }

    public func delete(_ path: String, _ policy: RoutePolicy, _ handler: @escaping Handler) {
        on(.delete, path, policy, handler)
    }

    /// Registers a route. `path` is a template as in the API document: `/api/messages/{id}`.
    public func on(_ method: RouteMethod, _ path: String, _ policy: RoutePolicy, _ handler: @escaping Handler) {
        let route = Route(method: method, path: path, policy: policy, module: module.name, handler: handler)
        registrations.withLock { $0.routes.append(route) }
    }
}

// MARK: Events and jobs

extension ModuleRegistrar {
    /// Handles an event of another module (or its own), inside the transaction that marks it as delivered: what the
    /// handler writes through `transaction` happens exactly once, however often the event is delivered.
    ///
    /// - Parameter name: unique within the module; renaming it loses the events that wait for the old name.
    public func handle<Event: DomainEvent>(
        _ event: Event.Type,
        as name: String,
        _ body: @escaping @Sendable (Event, PostgresTransaction) async throws -> Void
    ) {
        let handler = EventHandler(event, name: "\(module.name).\(name)", body)
        registrations.withLock { $0.handlers.append(handler) }
    }

    /// Runs `body` again and again, `interval` after its last end.
    ///
    /// - Parameter scope: `.everyInstance`, or `.oneInstance`: at most one instance at a time, the others stand by.
    public func job(
        _ name: String,
        every interval: Duration,
        scope: Job.Scope,
        _ body: @escaping @Sendable () async throws -> Void
    ) {
        let job = Job(name: "\(module.name).\(name)", interval: interval, scope: scope, body: body)
        registrations.withLock { $0.jobs.append(job) }
    }
}

// MARK: Capabilities and hooks

extension ModuleRegistrar {
    /// Offers `value` to the modules that start later, under the protocol they ask for.
    public func provide<Capability>(_ value: Capability, as type: Capability.Type) {
        capabilities.set(value, as: type)
    }

    /// What a module that started earlier offers, or `nil` when it is switched off.
    public func capability<Capability>(_ type: Capability.Type) -> Capability? {
        capabilities.get(type)
    }

    /// What a required module offers.
    ///
    /// - Throws: ``MissingCapability`` when none offers it, which stops the start with one line.
    public func require<Capability>(_ type: Capability.Type) throws(MissingCapability) -> Capability {
        guard let value = capabilities.get(type) else {
            throw MissingCapability(capability: String(describing: type), module: module.name)
        }
        return value
    }

    /// Adds members to the answer of `GET /api/stats`.
    public func stats(_ figures: @escaping @Sendable () async throws -> [(String, JSON)]) {
        registrations.withLock { $0.stats.append(figures) }
    }

    /// Adds members to a person's public profile. `viewer` is who looks, `nil` without a token.
    public func profile(
        _ fields: @escaping @Sendable (_ handle: String, _ viewer: String?) async throws -> [(String, JSON)]
    ) {
        registrations.withLock { $0.profile.append(fields) }
    }

    /// Says whether the module can serve, for `/readyz`. A reason, or `nil` when it is ready.
    public func readiness(_ check: @escaping @Sendable () async -> String?) {
        let name = module.name
        registrations.withLock { $0.readiness.append((name, check)) }
    }

    /// Statements to run in the transaction in which somebody claims a handle. `handle` may have been a placeholder, to
    /// which others have written.
    public func claim(
        _ statements: @escaping @Sendable (_ handle: String, _ time: PostgresTimestamp) -> [PostgresQuery]
    ) {
        registrations.withLock { $0.claims.append(statements) }
    }

    /// Everything the module holds about a handle, for its owner. Every module that owns tables answers this.
    public func export(_ body: @escaping @Sendable (_ handle: String) async throws -> JSON) {
        let name = module.name
        registrations.withLock { $0.exporters.append((name, body)) }
    }

    /// Removes what only this handle owns and empties its texts, in the transaction that renames it to
    /// `deleted_<random>`. Every module that owns tables answers this.
    public func erase(
        _ body: @escaping @Sendable (_ handle: String, _ transaction: PostgresTransaction) async throws -> Void
    ) {
        let name = module.name
        registrations.withLock { $0.erasers.append((name, body)) }
    }
}

/// A module asks for what no running module offers.
public struct MissingCapability: Error, CustomStringConvertible {
    public let capability: String
    public let module: String
    public var description: String { "The module '\(module)' needs \(capability), which no running module provides." }
}

/// What the modules have registered: the raw material of the service.
struct Registrations: Sendable {
    typealias StatsHook = @Sendable () async throws -> [(String, JSON)]
    typealias ProfileHook = @Sendable (_ handle: String, _ viewer: String?) async throws -> [(String, JSON)]
    typealias ClaimHook = @Sendable (_ handle: String, _ time: PostgresTimestamp) -> [PostgresQuery]
    typealias Exporter = @Sendable (_ handle: String) async throws -> JSON
    typealias Eraser = @Sendable (_ handle: String, PostgresTransaction) async throws -> Void

    var routes: [Route] = []
    var handlers: [EventHandler] = []
    var jobs: [Job] = []
    var stats: [StatsHook] = []
    var profile: [ProfileHook] = []
    var claims: [ClaimHook] = []
    var readiness: [(module: String, check: @Sendable () async -> String?)] = []
    var exporters: [(module: String, body: Exporter)] = []
    var erasers: [(module: String, body: Eraser)] = []

    mutating func merge(_ other: Registrations) {
        routes += other.routes
        handlers += other.handlers
        jobs += other.jobs
        stats += other.stats
        profile += other.profile
        claims += other.claims
        readiness += other.readiness
        exporters += other.exporters
        erasers += other.erasers
    }
}

/// Values by the protocol they are offered as.
final class CapabilityTable: Sendable {
    private let values = Mutex<[ObjectIdentifier: any Sendable]>([:])

    func set<Capability>(_ value: Capability, as type: Capability.Type) {
        let boxed = Box(value: value)
        values.withLock { $0[ObjectIdentifier(type)] = boxed }
    }

    func get<Capability>(_ type: Capability.Type) -> Capability? {
        values.withLock { $0[ObjectIdentifier(type)] as? Box<Capability> }?.value
    }

    /// Capability protocols require `Sendable`; the metatype of an existential cannot say so to the compiler.
    private struct Box<Value>: @unchecked Sendable {
        let value: Value
    }
}
