// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "Cutover",
    products: [.library(name: "Cutover", targets: ["Cutover"])],
    dependencies: [
        .package(path: "../Kernel"),
        .package(path: "../KeyValue"),
        .package(path: "../Postgres"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    ],
    targets: [
        .target(
            name: "Cutover",
            dependencies: [
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "ServiceSettings", package: "Kernel"),
                .product(name: "KeyValue", package: "KeyValue"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings,
            plugins: [.plugin(name: "EmbedText", package: "Kernel")]
        ),
        .testTarget(
            name: "CutoverTests",
            dependencies: [
                "Cutover",
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "KernelTesting", package: "Kernel"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "KeyValue", package: "KeyValue"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
    ]
)
