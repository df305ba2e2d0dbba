extension CommandTable {
    static let libraryStats = CommandForm(
        path: ["library", "stats"],
        summary: "what is used most, what fails, and what nobody uses",
        arguments: [.init(name: "NAME", count: .anyNumber, summary: "left out: all")],
        options: [.json, .project],
        examples: ["lathe library stats", "lathe library stats delay_profile --json"]
    ) { given in
        .library(
            LibraryCommand(
                action: .stats(given.positionals.map(CapabilityReference.init)), options: given.listingOptions()))
    }
}
