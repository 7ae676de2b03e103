// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Kernel",
    dependencies: [.package(path: "../Contracts"), .package(path: "../Postgres")],
    targets: [
        .target(name: "JSONText", swiftSettings: []),
        .target(
            name: "Kernel",
            dependencies: [
                "JSONText",
                .product(name: "Contracts", package: "Contracts"),
                .product(name: "Postgres", package: "Postgres"),
            ]
        ),
        .target(name: "KernelTesting", dependencies: ["Kernel"]),
    ]
)
