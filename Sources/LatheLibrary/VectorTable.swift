/// Vectors of whole numbers, compared by the angle between them.
struct VectorTable: Sendable {
    private let dimensions: Int
    private var numbers: [Int8] = []
    /// One divided by the length of each.
    private var scales: [Float] = []
    private var places: [String: Int] = [:]

    init(dimensions: Int) { self.dimensions = dimensions }

    var count: Int { scales.count }

    /// Where a vector lies; nil where there is none under this name.
    func place(of name: String) -> Int? { places[name] }

    /// Adds a vector. One of another length, or one under a name that has one, is left out.
    mutating func add(_ vector: [Int8], as name: String) {
        guard vector.count == dimensions, places[name] == nil else { return }
        places[name] = scales.count
        numbers += vector
        scales.append(Self.scale(vector))
    }

    /// The cosine of the angle between a vector and each of the table, by place.
    func cosines(with vector: [Int8]) -> [Float] {
        guard vector.count == dimensions else { return [] }
        let own = Self.scale(vector)
        return numbers.withUnsafeBufferPointer { numbers in
            vector.withUnsafeBufferPointer { vector in
                (0..<scales.count).map { row in
                    var sum: Int32 = 0
                    let start = row * dimensions
                    for column in 0..<dimensions {
                        sum &+= Int32(numbers[start &+ column]) &* Int32(vector[column])
                    }
                    return Float(sum) * own * scales[row]
                }
            }
        }
    }

    private static func scale(_ vector: [Int8]) -> Float {
        let square = vector.reduce(Int32(0)) { $0 + Int32($1) * Int32($1) }
        return square == 0 ? 0 : 1 / Float(square).squareRoot()
    }
}
