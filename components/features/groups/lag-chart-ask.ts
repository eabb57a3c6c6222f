/** What the lag chart of a group asks the API: the last hour. */
export const lagChartAsk = (connection: string, group: string) => ({
  params: { connection, group },
  query: { minutes: 60 },
})
