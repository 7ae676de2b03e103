// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "KeyValue",
    targets: [.target(name: "KeyValue", swiftSettings: [])]
)
