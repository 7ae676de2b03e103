// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Contracts",
    dependencies: [.package(path: "../Postgres"), .package(path: "../Kernel")],
    targets: [
        .target(
            name: "Contracts",
            dependencies: [
                .product(name: "Postgres", package: "Postgres"), .product(name: "Kernel", package: "Kernel"),
            ]
        )
    ]
)
