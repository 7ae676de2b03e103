// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "Kernel",
    products: [
        .library(name: "Kernel", targets: ["Kernel"]),
        .library(name: "JSONText", targets: ["JSONText"]),
        .library(name: "ServiceSettings", targets: ["ServiceSettings"]),
        .library(name: "YAML", targets: ["YAML"]),
        .library(name: "DevelopmentPostgres", targets: ["DevelopmentPostgres"]),
        .library(name: "KernelTesting", targets: ["KernelTesting"]),
        .plugin(name: "EmbedText", targets: ["EmbedText"]),
    ],
    dependencies: [
        .package(path: "../Contracts"),
        .package(path: "../Postgres"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // Text formats, without any I/O.
        .target(name: "JSONText", swiftSettings: settings),
        // The parts of the C library that Swift's Glibc module leaves out.
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "YAML", dependencies: ["CYAML"], swiftSettings: settings),
        // Every setting: declared, layered, checked.
        .target(
            name: "ServiceSettings",
            dependencies: ["YAML", .product(name: "Configuration", package: "swift-configuration")],
            swiftSettings: settings
        ),
        // A Postgres server of our own, for development and tests.
        .target(
            name: "DevelopmentPostgres",
            dependencies: [.product(name: "Logging", package: "swift-log")],
            swiftSettings: settings
        ),
        .target(
            name: "Kernel",
            dependencies: [
                "JSONText", "YAML", "ServiceSettings", "CMalloc",
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings,
            plugins: ["EmbedText"]
        ),
        // What every module's tests share: a database per suite, a service on a free port, an HTTP client.
        .target(
            name: "KernelTesting",
            dependencies: [
                "Kernel", "DevelopmentPostgres", "JSONText", "ServiceSettings",
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        // SQL and YAML files become Swift string literals.
        .executableTarget(name: "embed-text", swiftSettings: settings),
        .plugin(name: "EmbedText", capability: .buildTool(), dependencies: ["embed-text"]),

        .testTarget(name: "JSONTextTests", dependencies: ["JSONText"], swiftSettings: settings),
        .testTarget(name: "ServiceSettingsTests", dependencies: ["ServiceSettings", "YAML"], swiftSettings: settings),
        .testTarget(name: "DevelopmentPostgresTests", dependencies: ["DevelopmentPostgres"], swiftSettings: settings),
        .testTarget(
            name: "KernelTests",
            dependencies: [
                "Kernel", "KernelTesting", "JSONText", "YAML", "ServiceSettings", "DevelopmentPostgres",
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
    ]
)
