// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "SocialGraph",
    products: [.library(name: "SocialGraph", targets: ["SocialGraph"])],
    dependencies: [
        .package(path: "../Contracts"),
        .package(path: "../Kernel"),
        .package(path: "../Postgres"),
        .package(path: "../Identity"),
        .package(path: "../Messaging"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        .target(
            name: "SocialGraph",
            dependencies: [
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "ServiceSettings", package: "Kernel"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings,
            plugins: [.plugin(name: "EmbedText", package: "Kernel")]
        ),
        .testTarget(
            name: "SocialGraphTests",
            dependencies: [
                "SocialGraph",
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Identity", package: "Identity"),
                .product(name: "Messaging", package: "Messaging"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "KernelTesting", package: "Kernel"),
                .product(name: "Postgres", package: "Postgres"),
            ],
            swiftSettings: settings
        ),
    ]
)
