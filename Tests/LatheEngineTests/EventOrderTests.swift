import LatheVocabulary
import Testing

@testable import LatheEngine

struct EventOrderTests {
    private func event(_ sequence: Int, at place: Place = .coordinator) -> Event {
        Event(sequence: sequence, time: 0, place: place, body: .notice(Notice(.info, "\(sequence)")))
    }

    @Test func `events whose writing ends out of order are shown in order`() {
        var order = EventOrder()
        order.begin()
        #expect(order.end(event(7)).map(\.sequence) == [7])
        for _ in 0..<4 { order.begin() }
        #expect(order.end(event(10)) == [])
        #expect(order.end(event(8)).map(\.sequence) == [8])
        #expect(order.end(event(9)).map(\.sequence) == [9, 10])
        #expect(order.end(event(11)).map(\.sequence) == [11])
    }

    @Test func `a write that failed holds nothing up`() {
        var order = EventOrder()
        for _ in 0..<3 { order.begin() }
        #expect(order.end(event(1)) == [])
        #expect(order.end(event(3)) == [])
        #expect(order.end(nil).map(\.sequence) == [1, 3])
        order.begin()
        #expect(order.end(event(4)).map(\.sequence) == [4])
    }

    @Test func `a fleeting event does not overtake an event of its place`() {
        var order = EventOrder()
        let place = Place("coordinator/UA")
        order.begin()
        order.begin()
        #expect(order.end(event(2, at: place)) == [])
        #expect(order.pass(event(0, at: place)) == [])
        #expect(order.pass(event(0)).map(\.place) == [.coordinator])
        #expect(order.end(event(1)).map(\.sequence) == [1, 2, 0])
    }
}
