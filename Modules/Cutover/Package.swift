// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "Cutover",
    products: [.library(name: "Cutover", targets: ["Cutover"])],
    targets: [
        .target(name: "Cutover", swiftSettings: settings),
        .testTarget(name: "CutoverTests", dependencies: ["Cutover"], swiftSettings: settings),
    ]
)
