// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "Contracts",
    products: [.library(name: "Contracts", targets: ["Contracts"])],
    dependencies: [.package(path: "../Postgres")],
    targets: [
        .target(
            name: "Contracts",
            dependencies: [.product(name: "Postgres", package: "Postgres")],
            swiftSettings: settings
        ),
        .testTarget(name: "ContractsTests", dependencies: ["Contracts"], swiftSettings: settings),
    ]
)
