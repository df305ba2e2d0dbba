import LatheVocabulary
import Testing

@Suite struct KernelLimitsTests {
    @Test(arguments: [
        ("memory=8GB", KernelLimit.memory, 8_000_000_000), ("memory=1.5 GiB", .memory, 1_610_612_736),
        ("cell=600s", .cell, 600), ("cell=10min", .cell, 600), ("cpu=2h", .cpu, 7200), ("cell=90", .cell, 90),
        ("open_files=256", .openFiles, 256), ("tmp=64_000_000", .tmp, 64_000_000),
    ])
    func `a limit is read with its unit`(text: String, limit: KernelLimit, value: Int) throws {
        let read = try KernelLimits.assignment(text)
        #expect(read.limit == limit)
        #expect(read.value == value)
    }

    @Test(arguments: [
        "memory", "memory=", "memory=-1GB", "memory=1e99GB", "memory=nan", "memory=8Gb2", "memory=9999999TB", "cell=0",
        "cell=1.2.3s", "processes=8GB", "Memory=8GB", "=8GB", "cell=٣",
    ])
    func `what is no limit is refused`(text: String) {
        #expect(throws: LimitProblem.self) { try KernelLimits.assignment(text) }
    }

    @Test func `every limit's example and text can be read again`() throws {
        for limit in KernelLimit.allCases {
            let example = try KernelLimits.assignment(limit.example)
            #expect(example.limit == limit)
            #expect(
                try KernelLimits.assignment("\(limit.rawValue)=\(limit.text(example.value))").value == example.value)
        }
    }

    @Test func `a wish above the bound names the bound, one below it passes`() throws {
        let bound = KernelLimits([.memory: 2_000_000_000, .cell: 60])
        #expect(KernelLimits([.memory: 2_000_000_000, .cpu: 5]).excess(over: bound) == nil)
        let excess = try #require(KernelLimits([.cell: 61, .memory: 1]).excess(over: bound))
        #expect(excess.hasPrefix("limit cell: 61s is more than the 60s of the kernel that asks"), "\(excess)")
    }

    @Test func `code may not choose what is the session's`() {
        let problem = #expect(throws: LimitProblem.self) {
            try KernelLimits(["disk": "1GB"], for: .delegation)
        }
        #expect(problem?.reason.hasPrefix("limit disk is the whole session's") == true)
        #expect(throws: LimitProblem.self) { try KernelLimits(["memory": true], for: .delegation) }
        #expect(throws: LimitProblem.self) { try KernelLimits("2GB", for: .delegation) }
    }
}
