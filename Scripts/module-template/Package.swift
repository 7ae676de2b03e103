// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "__Module__",
    products: [.library(name: "__Module__", targets: ["__Module__"])],
    dependencies: [
        .package(path: "../Contracts"),
        .package(path: "../Kernel"),
        .package(path: "../Postgres"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    ],
    targets: [
        .target(
            name: "__Module__",
            dependencies: [
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "ServiceSettings", package: "Kernel"),
                .product(name: "Postgres", package: "Postgres"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings,
            plugins: [.plugin(name: "EmbedText", package: "Kernel")]
        ),
        .testTarget(
            name: "__Module__Tests",
            dependencies: [
                "__Module__",
                .product(name: "JSONText", package: "Kernel"),
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "KernelTesting", package: "Kernel"),
                .product(name: "Postgres", package: "Postgres"),
            ],
            swiftSettings: settings
        ),
    ]
)
