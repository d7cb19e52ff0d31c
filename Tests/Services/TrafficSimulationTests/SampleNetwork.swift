/// Networks for tests.
enum SampleNetwork {
    /// Two streets that cross, one lane each, each way onto one other edge; a left turn that waits inside gives a second
    /// internal lane, and an internal junction that lists foreign lanes, as SUMO writes them.
    ///
    /// Places: 0 west to east, 1 west to north (left, waits inside), 2 south to north, 3 east to west.
    static let crossing = """
        <?xml version="1.0"?>
        <!-- a network < with a trap > -->
        <net>
            <edge id=":j_0"><lane id=":j_0_0" index="0" length="10" speed="13.89"/></edge>
            <edge id=":j_1"><lane id=":j_1_0" index="0" length="5" speed="13.89"/></edge>
            <edge id=":j_4"><lane id=":j_4_0" index="0" length="5" speed="13.89"/></edge>
            <edge id=":j_2"><lane id=":j_2_0" index="0" length="10" speed="16.67"/></edge>
            <edge id=":j_3"><lane id=":j_3_0" index="0" length="10" speed="13.89"/></edge>
            <edge id="west"><lane id="west_0" index="0" length="100" speed="13.89"/></edge>
            <edge id="before"><lane id="before_0" index="0" length="60" speed="13.89"/></edge>
            <edge id="south"><lane id="south_0" index="0" length="90" speed="16.67"/></edge>
            <edge id="in"><lane id="in_0" index="0" length="90" speed="13.89"/></edge>
            <edge id="east"><lane id="east_0" index="0" length="70" speed="13.89"/></edge>
            <edge id="north"><lane id="north_0" index="0" length="50" speed="13.89"/></edge>
            <edge id="out"><lane id="out_0" index="0" length="70" speed="13.89"/></edge>
            <tlLogic id="s" type="static" programID="0" offset="0">
                <phase duration="30" state="GgrG"/>
                <phase duration="3" state="yyry"/>
                <phase duration="30" state="rrGr"/>
                <phase duration="3" state="rryr"/>
            </tlLogic>
            <junction id="j" type="traffic_light" incLanes="" intLanes=":j_0_0 :j_4_0 :j_2_0 :j_3_0">
                <request index="0" response="0000" foes="0100" cont="0"/>
                <request index="1" response="1000" foes="1100" cont="1"/>
                <request index="2" response="0000" foes="1011" cont="0"/>
                <request index="3" response="0000" foes="0110" cont="0"/>
            </junction>
            <junction id=":j_4_0" type="internal" incLanes=":j_1_0" intLanes=":j_2_0 :j_0_0 :j_3_0"/>
            <connection from="before" to="west" fromLane="0" toLane="0" dir="s" state="M"/>
            <connection from="west" to="east" fromLane="0" toLane="0" via=":j_0_0" tl="s" linkIndex="0" dir="s"/>
            <connection from="west" to="north" fromLane="0" toLane="0" via=":j_1_0" tl="s" linkIndex="1" dir="l"/>
            <connection from="south" to="north" fromLane="0" toLane="0" via=":j_2_0" tl="s" linkIndex="2" dir="s"/>
            <connection from="in" to="out" fromLane="0" toLane="0" via=":j_3_0" tl="s" linkIndex="3" dir="s"/>
            <connection from=":j_0" to="east" fromLane="0" toLane="0" dir="s" state="M"/>
            <connection from=":j_1" to="north" fromLane="0" toLane="0" via=":j_4_0" dir="l" state="m"/>
            <connection from=":j_4" to="north" fromLane="0" toLane="0" dir="l" state="M"/>
        </net>
        """

    /// A street from the west to the east, one from the south that turns into the west, and a crossing of 12 m over the western
    /// arm, on which the plan lets people walk while the south turns.
    ///
    /// Places: 0 west to east, 1 south to west, 2 people, from either side.
    static let people = """
        <net>
            <edge id=":j_0"><lane id=":j_0_0" index="0" length="10" speed="13.89"/></edge>
            <edge id=":j_1"><lane id=":j_1_0" index="0" length="8" speed="8"/></edge>
            <edge id=":j_c0" function="crossing" crossingEdges="west out">
                <lane id=":j_c0_0" index="0" allow="pedestrian" length="12" speed="1" shape="-10,-6 -10,6"/>
            </edge>
            <edge id=":j_w0" function="walkingarea"><lane id=":j_w0_0" index="0" allow="pedestrian" length="3" speed="1"/></edge>
            <edge id=":j_w1" function="walkingarea"><lane id=":j_w1_0" index="0" allow="pedestrian" length="3" speed="1"/></edge>
            <edge id="west">
                <lane id="west_0" index="0" allow="pedestrian" length="100" speed="13.89"/>
                <lane id="west_1" index="1" length="100" speed="13.89"/>
            </edge>
            <edge id="south"><lane id="south_0" index="0" length="90" speed="13.89"/></edge>
            <edge id="east"><lane id="east_0" index="0" length="70" speed="13.89"/></edge>
            <edge id="out"><lane id="out_0" index="0" length="70" speed="13.89"/></edge>
            <tlLogic id="s" type="static" programID="0" offset="0">
                <phase duration="30" state="Grr"/>
                <phase duration="3" state="yrr"/>
                <phase duration="30" state="rgG"/>
                <phase duration="10" state="rgr"/>
                <phase duration="3" state="ryr"/>
            </tlLogic>
            <junction id="j" type="traffic_light" x="0" y="0" incLanes="" intLanes=":j_0_0 :j_1_0 :j_c0_0">
                <request index="0" response="000" foes="110" cont="0"/>
                <request index="1" response="100" foes="101" cont="0"/>
                <request index="2" response="000" foes="011" cont="0"/>
            </junction>
            <connection from="west" to="east" fromLane="1" toLane="0" via=":j_0_0" tl="s" linkIndex="0" dir="s"/>
            <connection from="south" to="out" fromLane="0" toLane="0" via=":j_1_0" tl="s" linkIndex="1" dir="l"/>
            <connection from=":j_w0" to=":j_c0" fromLane="0" toLane="0" tl="s" linkIndex="2" dir="s" state="M"/>
            <connection from=":j_c0" to=":j_w1" fromLane="0" toLane="0" dir="s" state="M"/>
        </net>
        """
}
