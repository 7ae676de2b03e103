// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Identity",
    dependencies: [.package(path: "../Kernel"), .package(path: "../Messaging")],
    targets: [
        .target(
            name: "Identity",
            dependencies: [
                .product(name: "Kernel", package: "Kernel"),
                .product(name: "Messaging", package: "Messaging"),
                "IdentityKV",
            ]
        ),
        .target(
            name: "IdentityKV",
            dependencies: [
                "Identity", .product(name: "Cutover", package: "Cutover"),
                .product(name: "KeyValue", package: "KeyValue"),
            ]
        ),
        .testTarget(
            name: "IdentityTests",
            dependencies: ["Identity", .product(name: "KernelTesting", package: "Kernel")]
        ),
    ]
)
