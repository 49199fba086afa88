import { Group, Slider, Text } from "@mantine/core";

/** A thickness in µm: finer steps where it is thin. */
export function Thickness(props: {
  name: string;
  um: number;
  bounds: readonly [least: number, most: number];
  onChange(um: number): void;
}) {
  const { name, um, onChange } = props;
  const [least, most] = props.bounds;
  const width = Math.max(most - least, 1e-9);
  return (
    <Group gap={8} wrap="nowrap">
      <Text size="xs" w={70} style={{ fontVariantNumeric: "tabular-nums" }}>
        {Number(um.toPrecision(3))} µm
      </Text>
      <Slider
        aria-label={name}
        thumbLabel={`${name}, µm`}
        size="xs"
        flex={1}
        min={0}
        max={100}
        step={1}
        label={null}
        value={Math.sqrt(Math.max(0, um - least) / width) * 100}
        onChange={(at) => onChange(Number((least + width * (at / 100) ** 2).toPrecision(3)))}
      />
    </Group>
  );
}
