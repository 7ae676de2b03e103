// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Cutover",
    dependencies: [.package(path: "../Kernel"), .package(path: "../KeyValue")],
    targets: [
        .target(
            name: "Cutover",
            dependencies: [
                .product(name: "Kernel", package: "Kernel"), .product(name: "KeyValue", package: "KeyValue"),
            ]
        )
    ]
)
