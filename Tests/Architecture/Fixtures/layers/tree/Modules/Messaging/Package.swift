// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Messaging",
    dependencies: [.package(path: "../Kernel")],
    targets: [.target(name: "Messaging", dependencies: [.product(name: "Kernel", package: "Kernel")])]
)
