/** How the operands of a product lie in memory, and what is known of them. */
export interface ProductOptions {
  /** Whether A is stored transposed. Default false. */
  readonly transposeA?: boolean;
  /** Whether B is stored transposed. Default false. */
  readonly transposeB?: boolean;
  /** Whether all radii of A are 0; they are not read then. Default false. */
  readonly exactA?: boolean;
  /** Whether all radii of B are 0; they are not read then. Default false. */
  readonly exactB?: boolean;
}

/** Numbers between these bounds have products that neither underflow nor lose digits to underflow. */
export const least = 2 ** -450;
