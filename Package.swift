// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A library of a module in its folder under Modules.
func module(_ name: String, of package: String? = nil) -> Target.Dependency {
    .product(name: name, package: package ?? name)
}

/// What every module's tests may use.
let testing: [Target.Dependency] = [
    module("Contracts"), module("Postgres"), module("Kernel"), module("KernelTesting", of: "Kernel"),
    module("JSONText", of: "Kernel"), module("ServiceSettings", of: "Kernel"),
    module("DevelopmentPostgres", of: "Kernel"),
    module("YAML", of: "Kernel"),
    .product(name: "Crypto", package: "swift-crypto"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "Logging", package: "swift-log"),
    .product(name: "Metrics", package: "swift-metrics"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
]

let package = Package(
    name: "vibe",
    products: [.executable(name: "vibe", targets: ["vibe"])],
    dependencies: [
        .package(path: "Modules/Contracts"),
        .package(path: "Modules/Postgres"),
        .package(path: "Modules/KeyValue"),
        .package(path: "Modules/Cutover"),
        .package(path: "Modules/Kernel"),
        .package(path: "Modules/Identity"),
        .package(path: "Modules/Messaging"),
        .package(path: "Modules/Engagement"),
        .package(path: "Modules/SocialGraph"),
        // modules: dependencies
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "vibe",
            dependencies: [
                module("Postgres"), module("Kernel"), module("ServiceSettings", of: "Kernel"),
                module("JSONText", of: "Kernel"), module("DevelopmentPostgres", of: "Kernel"),
                module("Identity"),
                module("Messaging"),
                module("Engagement"),
                module("SocialGraph"),
                module("Cutover"),
                // modules: libraries
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "App",
            swiftSettings: settings
        ),

        // Every module's own tests, so that one `swift test` runs them all.
        .testTarget(
            name: "ContractsTests",
            dependencies: testing,
            path: "Modules/Contracts/Tests/ContractsTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "PostgresTests",
            dependencies: testing,
            path: "Modules/Postgres/Tests/PostgresTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "KeyValueTests",
            dependencies: testing + [
                module("KeyValue"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Modules/KeyValue/Tests/KeyValueTests",
            exclude: ["Gateway"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CutoverTests",
            dependencies: testing + [module("Cutover"), module("KeyValue")],
            path: "Modules/Cutover/Tests/CutoverTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "JSONTextTests",
            dependencies: testing,
            path: "Modules/Kernel/Tests/JSONTextTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "ServiceSettingsTests",
            dependencies: testing,
            path: "Modules/Kernel/Tests/ServiceSettingsTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "DevelopmentPostgresTests",
            dependencies: testing,
            path: "Modules/Kernel/Tests/DevelopmentPostgresTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "KernelTests",
            dependencies: testing,
            path: "Modules/Kernel/Tests/KernelTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "IdentityTests",
            dependencies: testing + [module("Identity"), .product(name: "Hummingbird", package: "hummingbird")],
            path: "Modules/Identity/Tests/IdentityTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "MessagingTests",
            dependencies: testing + [module("Messaging"), module("Identity")],
            path: "Modules/Messaging/Tests/MessagingTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "MessagingKVTests",
            dependencies: testing + [
                module("Messaging"), module("MessagingKV", of: "Messaging"), module("Identity"),
                module("IdentityKV", of: "Identity"), module("Cutover"), module("KeyValue"),
            ],
            path: "Modules/Messaging/Tests/MessagingKVTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "EngagementTests",
            dependencies: testing + [module("Engagement")],
            path: "Modules/Engagement/Tests/EngagementTests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "SocialGraphTests",
            dependencies: testing + [module("SocialGraph"), module("Identity"), module("Messaging")],
            path: "Modules/SocialGraph/Tests/SocialGraphTests",
            swiftSettings: settings
        ),
        // modules: tests

        // What spans modules.
        .testTarget(
            name: "ArchitectureTests",
            path: "Tests/Architecture",
            exclude: ["Fixtures"],
            swiftSettings: settings
        ),
        .testTarget(name: "SystemTests", dependencies: testing, path: "Tests/System", swiftSettings: settings),
        .testTarget(
            name: "ClientsTests",
            dependencies: testing,
            path: "Tests/Clients",
            exclude: ["Python"],
            swiftSettings: settings
        ),
    ]
)
