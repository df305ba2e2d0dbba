/// What the state block says of one variable: never a value.
package struct Variable: Sendable, Hashable, Codable {
    package struct Column: Sendable, Hashable, Codable {
        package var name: String
        package var type: String

        package init(name: String, type: String) {
            self.name = name
            self.type = type
        }
    }

    package var name: String
    package var type: String
    package var bytes: Int?
    /// Rows and columns of a table, the shape of an array, or the one length of a container.
    package var shape: [Int]
    package var columns: [Column]
    package var columnsOmitted: Int
    package var note: String

    package init(
        name: String,
        type: String,
        bytes: Int? = nil,
        shape: [Int] = [],
        columns: [Column] = [],
        columnsOmitted: Int = 0,
        note: String = ""
    ) {
        self.name = name
        self.type = type
        self.bytes = bytes
        self.shape = shape
        self.columns = columns
        self.columnsOmitted = columnsOmitted
        self.note = note
    }
}

/// The variables of a kernel, bounded; `omitted` counts those left out.
package struct VariableListing: Sendable, Hashable, Codable {
    package var items: [Variable]
    package var omitted: Int
    /// Set once the kernel's memory is nearly used up.
    package var memory: MemoryUse?
    /// Set once the memory of all kernels together is nearly used up.
    package var together: MemoryUse?

    package init(items: [Variable] = [], omitted: Int = 0, memory: MemoryUse? = nil) {
        self.items = items
        self.omitted = omitted
        self.memory = memory
    }
}
