/**
 * Names of the tables that the migrations, oldest first, made by hand and that are still there. What Prisma's engine
 * writes is told by its comment `-- CreateTable` on the line before.
 */
export const findHandWrittenTables = (migrations: readonly string[]): readonly string[] => {
  const tables = new Set<string>()
  for (const sql of migrations)
    for (const [, comment, created, dropped] of sql.matchAll(
      /^(-- CreateTable\n)?(?:CREATE TABLE "(\w+)"|DROP TABLE "(\w+)")/gm,
    )) {
      if (dropped !== undefined) tables.delete(dropped)
      else if (created !== undefined && comment === undefined) tables.add(created)
    }
  return [...tables]
}
