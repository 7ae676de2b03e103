// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "Messaging",
    products: [
        .library(name: "Messaging", targets: ["Messaging"]),
        .library(name: "MessagingKV", targets: ["MessagingKV"]),
    ],
    dependencies: [
        .package(path: "../Contracts"),
        .package(path: "../Cutover"),
        .package(path: "../Kernel"),
        .package(path: "../Postgres"),
        .package(path: "../Identity"),
        .package(path: "../KeyValue"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        .target(
            name: "Messaging",
            dependencies: [
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "ServiceSettings", package: "Kernel"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings,
            plugins: [.plugin(name: "EmbedText", package: "Kernel")]
        ),
        .target(
            name: "MessagingKV",
            dependencies: [
                .product(name: "Cutover", package: "Cutover"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "Postgres", package: "Postgres"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MessagingTests",
            dependencies: [
                "Messaging",
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Identity", package: "Identity"),
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "KernelTesting", package: "Kernel"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MessagingKVTests",
            dependencies: [
                "Messaging", "MessagingKV",
                .product(name: "Cutover", package: "Cutover"),
                .product(name: "Identity", package: "Identity"),
                .product(name: "IdentityKV", package: "Identity"),
                .product(name: "KernelTesting", package: "Kernel"),
                .product(name: "KeyValue", package: "KeyValue"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
    ]
)
