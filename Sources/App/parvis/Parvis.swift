@main
enum Parvis {
    static func main() {}
}
