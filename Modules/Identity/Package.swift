// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "Identity",
    products: [
        .library(name: "Identity", targets: ["Identity"]),
        .library(name: "IdentityKV", targets: ["IdentityKV"]),
    ],
    dependencies: [
        .package(path: "../Contracts"),
        .package(path: "../Cutover"),
        .package(path: "../Kernel"),
        .package(path: "../Postgres"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(
            name: "Identity",
            dependencies: [
                "CCurl",
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "ServiceSettings", package: "Kernel"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ],
            swiftSettings: settings,
            plugins: [.plugin(name: "EmbedText", package: "Kernel")]
        ),
        .target(
            name: "IdentityKV",
            dependencies: [
                .product(name: "Cutover", package: "Cutover"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "Postgres", package: "Postgres"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "IdentityTests",
            dependencies: [
                "Identity",
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "KernelTesting", package: "Kernel"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceSettings", package: "Kernel"),
            ],
            swiftSettings: settings
        ),
    ]
)
